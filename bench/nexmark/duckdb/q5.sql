WITH panes AS (
    SELECT auction, time_bucket(INTERVAL '2 seconds', date_time) AS pane, count(*) AS num FROM bid GROUP BY auction, pane),
counted AS (
    SELECT auction, pane - INTERVAL '2 seconds' * back AS window_start, sum(num) AS num FROM panes, range(0, 5) AS backs(back) GROUP BY auction, window_start)
SELECT auction, window_start, num FROM counted QUALIFY num = max(num) OVER (PARTITION BY window_start)
