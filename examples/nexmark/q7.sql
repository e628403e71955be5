-- The highest bids of every ten seconds.
CREATE MATERIALIZED VIEW nexmark_q7 AS
WITH bid AS (
    SELECT (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, price, date_time, extra
FROM (SELECT auction, bidder, price, timestamp AS date_time, extra,
             rank() OVER (PARTITION BY window_start, window_end ORDER BY price DESC) AS rank
      FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')) AS ranked
WHERE rank <= 1;
