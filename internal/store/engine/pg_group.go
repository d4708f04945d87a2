package engine

type pgGroup struct{}
