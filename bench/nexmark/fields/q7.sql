CREATE MATERIALIZED VIEW nexmark_q7 AS
WITH bid AS (
    SELECT source AS auction, user_id AS bidder, correlation_id::bigint AS price, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, price, date_time
FROM (SELECT auction, bidder, price, timestamp AS date_time,
             rank() OVER (PARTITION BY window_start, window_end ORDER BY price DESC) AS rank
      FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')) AS ranked
WHERE rank <= 1;
