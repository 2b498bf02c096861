using System.Globalization;

namespace Interop.Fhir.FhirPath;

/// <summary>Builds nodes from tokens, by the precedence of https://hl7.org/fhirpath/N1/#operator-precedence. Nesting is bounded.</summary>
internal sealed class Parser(List<Token> tokens)
{
    // Evaluation recurses along a path as well as into brackets: both are bounded.
    private const int DeepestNesting = 100;
    private const int LongestExpression = 3000;

    // From the loosest to the tightest; `is` and `as` stand between the union and the sum.
    private static readonly string[][] Levels =
        [["implies"], ["or", "xor"], ["and"], ["in", "contains"], ["=", "!=", "~", "!~"], ["<", ">", "<=", ">="], ["|"], ["is", "as"], ["+", "-", "&"], ["*", "/", "div", "mod"]];

    private int position;
    private int nesting;

    private Token Current => tokens[position];

    public PathNode Run()
    {
        if (tokens.Count > LongestExpression)
        {
            throw new FhirPathException("The expression is too long", tokens[LongestExpression].Position);
        }

        var node = Expression();
        return Current.Kind == TokenKind.End ? node : throw Unexpected();
    }

    private PathNode Expression()
    {
        if (++nesting > DeepestNesting)
        {
            throw new FhirPathException("Nested too deeply", Current.Position);
        }

        var node = Binary(0);
        nesting--;
        return node;
    }

    private PathNode Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (Array.Exists(Levels[level], symbol => Current.Is(symbol) || Current.IsWord(symbol)))
        {
            var operation = tokens[position++];
            left = operation.Text switch
            {
                "is" => new IsNode(left, TypeName()) { Position = operation.Position },
                "as" => new AsNode(left, TypeName()),
                "|" => new UnionNode(left, Binary(level + 1)) { Position = operation.Position },
                _ when OperatorNode.Supports(operation.Text) => new OperatorNode(operation.Text, left, Binary(level + 1)) { Position = operation.Position },
                _ => throw new FhirPathException($"The operator {operation.Text} is not supported", operation.Position),
            };
        }

        return left;
    }

    private PathNode Unary()
    {
        if (Current.Is("-") || Current.Is("+"))
        {
            throw new FhirPathException("Signs are not supported", Current.Position);
        }

        var node = Term();
        while (true)
        {
            if (Current.Is("."))
            {
                position++;
                node = Invocation(node);
            }
            else if (Current.Is("["))
            {
                position++;
                node = new IndexerNode(node, Expression());
                Expect("]");
            }
            else
            {
                return node;
            }
        }
    }

    private PathNode Term()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.String:
                position++;
                return new LiteralNode(PathItem.Of(token.Text));
            case TokenKind.Number:
                position++;
                return new LiteralNode(Number(token));
            case TokenKind.Variable:
                position++;
                return Variable(token);
            case TokenKind.Identifier when token.IsWord("true") || token.IsWord("false"):
                position++;
                return new LiteralNode(PathItem.Of(token.Text == "true"));
            case TokenKind.Identifier:
                return Invocation(null);
        }

        if (token.Is("("))
        {
            position++;
            var inner = Expression();
            Expect(")");
            return inner;
        }

        if (token.Is("{"))
        {
            position++;
            Expect("}");
            return new LiteralNode(null);
        }

        throw Unexpected();
    }

    private PathNode Invocation(PathNode? source)
    {
        var token = Current;
        if (token.Kind != TokenKind.Identifier)
        {
            throw Unexpected();
        }

        position++;
        if (token.Text.StartsWith('$'))
        {
            return token.Text == "$this" && source is null ? new ThisNode() : throw new FhirPathException($"{token.Text} is not known here", token.Position);
        }

        return Current.Is("(") && !token.IsDelimited ? Function(source, token) : new MemberNode(source, token.Text) { Position = token.Position };
    }

    private PathNode Function(PathNode? source, Token name)
    {
        position++;
        if (name.Text is "as" or "is" or "ofType")
        {
            var type = TypeName();
            Expect(")");
            var items = source ?? new ThisNode();
            return name.Text == "is" ? new IsNode(items, type) { Position = name.Position } : new AsNode(items, type);
        }

        var arguments = new List<PathNode>();
        while (!Current.Is(")"))
        {
            if (arguments.Count > 0)
            {
                Expect(",");
            }

            arguments.Add(Expression());
        }

        position++;
        return new FunctionNode(source, Functions.Find(name.Text, arguments.Count, name.Position), arguments) { Position = name.Position };
    }

    private string TypeName()
    {
        var first = Identifier();
        var text = first.Text;
        while (Current.Is("."))
        {
            position++;
            text += "." + Identifier().Text;
        }

        return TypeSpecifier.Resolve(text, first.Position);
    }

    private Token Identifier() => Current.Kind == TokenKind.Identifier ? tokens[position++] : throw Unexpected();

    private static PathNode Variable(Token token) => token.Text switch
    {
        "resource" or "rootResource" or "context" => new RootNode(),
        "ucum" => new LiteralNode(PathItem.Of("http://unitsofmeasure.org")),
        "sct" => new LiteralNode(PathItem.Of("http://snomed.info/sct")),
        "loinc" => new LiteralNode(PathItem.Of("http://loinc.org")),
        _ => throw new FhirPathException($"The variable %{token.Text} is not known", token.Position),
    };

    private static PathItem Number(Token token) => token.Text.Contains('.', StringComparison.Ordinal)
        ? decimal.TryParse(token.Text, CultureInfo.InvariantCulture, out var value) ? PathItem.Of(value) : throw TooLarge(token)
        : int.TryParse(token.Text, CultureInfo.InvariantCulture, out var whole) ? PathItem.Of(whole) : throw TooLarge(token);

    private static FhirPathException TooLarge(Token token) => new("The number is too large", token.Position);

    private void Expect(string symbol)
    {
        if (!Current.Is(symbol))
        {
            throw new FhirPathException($"'{symbol}' is expected", Current.Position);
        }

        position++;
    }

    private FhirPathException Unexpected() => new(
        Current.Kind == TokenKind.End ? "The expression ends too early" : $"'{Current.Text}' is not expected", Current.Position);
}
