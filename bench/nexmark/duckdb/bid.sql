SELECT CAST(data->>'auction' AS BIGINT) AS auction, CAST(data->>'bidder' AS BIGINT) AS bidder, CAST(data->>'price' AS BIGINT) AS price,
       data->>'channel' AS channel, data->>'url' AS url, "timestamp" AS date_time, data->>'extra' AS extra
FROM events WHERE type = 'nexmark.bid'
