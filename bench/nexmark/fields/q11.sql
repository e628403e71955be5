CREATE MATERIALIZED VIEW nexmark_q11 AS
SELECT user_id AS bidder, window_start, window_end, count(*) AS bid_count
FROM SESSION(events, timestamp, INTERVAL '10 seconds')
WHERE type = 'nexmark.bid'
GROUP BY 1, window_start, window_end;
