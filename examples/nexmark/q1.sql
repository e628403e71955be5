-- Every bid, its price in euros instead of dollars.
CREATE MATERIALIZED VIEW nexmark_q1 WITH (emit = 'on close') AS
WITH bid AS (
    SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, 0.908 * price AS price, timestamp AS date_time, extra
FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')
GROUP BY id, auction, bidder, price, timestamp, extra, window_start, window_end;
