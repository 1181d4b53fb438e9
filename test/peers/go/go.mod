module fleet.test/peer

go 1.22
