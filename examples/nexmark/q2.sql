-- The bids for some auctions.
CREATE MATERIALIZED VIEW nexmark_q2 WITH (emit = 'on close') AS
WITH bid AS (
    SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, price
FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')
WHERE auction % 123 = 0
GROUP BY id, auction, price, window_start, window_end;
