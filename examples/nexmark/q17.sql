-- Bids and prices of each auction, a day.
CREATE MATERIALIZED VIEW nexmark_q17 AS
SELECT (data->>'auction')::bigint AS auction, substring(timestamp::text, 1, 10) AS day,
       count(*) AS total_bids,
       count(*) FILTER (WHERE data.price < 10000) AS rank1_bids,
       count(*) FILTER (WHERE data.price >= 10000 AND data.price < 1000000) AS rank2_bids,
       count(*) FILTER (WHERE data.price >= 1000000) AS rank3_bids,
       min((data->>'price')::bigint) AS min_price,
       max((data->>'price')::bigint) AS max_price,
       avg((data->>'price')::bigint) AS avg_price,
       sum((data->>'price')::bigint) AS sum_price
FROM events
WHERE type = 'nexmark.bid'
GROUP BY 1, 2;
