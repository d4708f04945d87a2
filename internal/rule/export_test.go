package rule

// AskCEL has CEL judge a program that this package would judge itself.
func (p *Program) AskCEL(k *Known) (bool, error) {
	if p.root == nil {
		return true, nil
	}
	ast, _, err := p.scope.compiler.check(p.source)
	if err != nil {
		return false, err
	}
	program, err := p.scope.compiler.plan(ast)
	if err != nil {
		return false, err
	}
	return p.ask(program, k)
}
