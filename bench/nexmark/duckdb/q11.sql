WITH marked AS (
    SELECT bidder, date_time, (date_time - lag(date_time) OVER mine <= INTERVAL '10 s') IS NOT TRUE AS begins
    FROM bid WINDOW mine AS (PARTITION BY bidder ORDER BY date_time)),
numbered AS (
    SELECT bidder, date_time, count(*) FILTER (WHERE begins) OVER (PARTITION BY bidder ORDER BY date_time) AS session FROM marked)
SELECT bidder, min(date_time) AS window_start, max(date_time) + INTERVAL '10 s' AS window_end, count(*) AS bid_count
FROM numbered GROUP BY bidder, session
