// Package site is what the pages of this program have in common: one look, one
// frame around every page, files that browsers may keep, and the rules about
// methods, other origins and errors.
//
// A page works without script, loads nothing from anywhere else and holds no
// code of its own: scripts are modules among the assets.
package site
