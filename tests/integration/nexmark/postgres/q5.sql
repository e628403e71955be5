WITH counted AS (
    SELECT auction, begins AS window_start, begins + INTERVAL '10 s' AS window_end, count(*) AS num
    FROM bid, generate_series(date_bin('2 s', date_time, 'epoch') - INTERVAL '8 s', date_time, '2 s') AS begins
    GROUP BY auction, begins)
SELECT auction, window_start, window_end, num
FROM counted JOIN (SELECT window_start, max(num) AS most FROM counted GROUP BY window_start) AS best USING (window_start)
WHERE num >= most
