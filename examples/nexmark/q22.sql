-- The directories of the address of every bid.
CREATE MATERIALIZED VIEW nexmark_q22 WITH (emit = 'on close') AS
WITH bid AS (
    SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, price, channel,
       split_part(url, '/', 4) AS dir1, split_part(url, '/', 5) AS dir2, split_part(url, '/', 6) AS dir3
FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')
GROUP BY id, auction, bidder, price, channel, url, window_start, window_end;
