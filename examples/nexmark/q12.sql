-- Bids of each bidder in ten seconds of processing time: by when the server received them, not by when they were made.
CREATE MATERIALIZED VIEW nexmark_q12 AS
SELECT (data->>'bidder')::bigint AS bidder, window_start, window_end, count(*) AS bid_count
FROM TUMBLE(events, received_at, INTERVAL '10 seconds')
WHERE type = 'nexmark.bid'
GROUP BY 1, window_start, window_end;
