module hololoom.fast/hololoom

go 1.19
