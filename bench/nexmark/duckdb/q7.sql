SELECT auction, bidder, price, date_time, extra
FROM bid JOIN (SELECT time_bucket(INTERVAL '10 seconds', date_time) AS begins, max(price) AS highest FROM bid GROUP BY begins) AS best
     ON time_bucket(INTERVAL '10 seconds', date_time) = begins AND price = highest
