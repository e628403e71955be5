-- The channel of every bid as a number: of four known ones, or out of the address.
CREATE MATERIALIZED VIEW nexmark_q21 WITH (emit = 'on close') AS
WITH bid AS (
    SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
           data->>'channel' AS channel,
           NULLIF(split_part(split_part(data->>'url', '&channel_id=', 2), '&', 1), '') AS id_in_url, timestamp
    FROM events WHERE type = 'nexmark.bid'
)
SELECT auction, bidder, price, channel,
       CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
            ELSE id_in_url END AS channel_id
FROM TUMBLE(bid, timestamp, INTERVAL '10 seconds')
WHERE id_in_url IS NOT NULL OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')
GROUP BY id, auction, bidder, price, channel, id_in_url, window_start, window_end;
