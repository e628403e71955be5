CREATE MATERIALIZED VIEW nexmark_q5 AS
SELECT auction, window_start, window_end, num
FROM (SELECT source AS auction, window_start, window_end, count(*) AS num,
             rank() OVER (PARTITION BY window_start, window_end ORDER BY count(*) DESC) AS rank
      FROM HOP(events, timestamp, INTERVAL '2 seconds', INTERVAL '10 seconds')
      WHERE type = 'nexmark.bid'
      GROUP BY 1, window_start, window_end) AS ranked
WHERE rank <= 1;
