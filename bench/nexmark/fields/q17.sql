CREATE MATERIALIZED VIEW nexmark_q17 AS
SELECT source AS auction, substring(timestamp::text, 1, 10) AS day,
       count(*) AS total_bids,
       count(*) FILTER (WHERE correlation_id::bigint < 10000) AS rank1_bids,
       count(*) FILTER (WHERE correlation_id::bigint >= 10000 AND correlation_id::bigint < 1000000) AS rank2_bids,
       count(*) FILTER (WHERE correlation_id::bigint >= 1000000) AS rank3_bids,
       min(correlation_id::bigint) AS min_price,
       max(correlation_id::bigint) AS max_price,
       avg(correlation_id::bigint) AS avg_price,
       sum(correlation_id::bigint) AS sum_price
FROM events
WHERE type = 'nexmark.bid'
GROUP BY 1, 2;
