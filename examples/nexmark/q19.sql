-- The ten highest bids of each auction.
CREATE MATERIALIZED VIEW nexmark_q19 WITH (keys_max = 10000000) AS
WITH bid AS (
    SELECT (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel, data->>'url' AS url, data->>'extra' AS extra, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, price, channel, url, date_time, extra, rank_number
FROM (SELECT auction, bidder, price, channel, url, timestamp AS date_time, extra,
             row_number() OVER (PARTITION BY auction ORDER BY price DESC, timestamp) AS rank_number
      FROM bid) AS ranked
WHERE rank_number <= 10;
