SELECT bidder, time_bucket(INTERVAL '10 seconds', date_time) AS window_start, count(*) AS bid_count FROM bid GROUP BY bidder, window_start
