-- Bids of a middle price: whether they were made by day or by night, and how often the letter c is in their text.
CREATE MATERIALIZED VIEW nexmark_q14 WITH (emit = 'on close') AS
WITH bid AS (
    SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, 0.908 * price AS price,
       CASE WHEN extract(hour FROM timestamp) BETWEEN 8 AND 18 THEN 'dayTime'
            WHEN extract(hour FROM timestamp) <= 6 OR extract(hour FROM timestamp) >= 20 THEN 'nightTime'
            ELSE 'otherTime' END AS bid_time_type,
       timestamp AS date_time, extra, length(extra) - length(replace(extra, 'c', '')) AS c_counts
FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')
WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000
GROUP BY id, auction, bidder, price, timestamp, extra, window_start, window_end;
