-- The last bid of each bidder for each auction.
CREATE MATERIALIZED VIEW nexmark_q18 AS
WITH bid AS (
    SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, last(price) AS price, last(channel) AS channel, last(url) AS url, max(timestamp) AS date_time, last(extra) AS extra
FROM bid
GROUP BY auction, bidder;
