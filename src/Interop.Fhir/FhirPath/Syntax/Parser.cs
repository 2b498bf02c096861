using System.Globalization;
using System.Runtime.CompilerServices;
using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath.Syntax;

/// <summary>Builds nodes from tokens, by the precedence of https://hl7.org/fhirpath/N1/#operator-precedence. Nesting is bounded.</summary>
internal sealed class Parser(List<Token> tokens, bool isStrict, IReadOnlyDictionary<string, PathItem>? constants = null)
{
    // Evaluation recurses along a path as well as into brackets: both are bounded.
    private const int DeepestNesting = 100;
    private const int LongestExpression = 2000;

    // From the loosest to the tightest; `is` and `as` stand between the union and the sum.
    private static readonly string[][] Levels =
    [
        ["implies"], ["or", "xor"], ["and"], ["in", "contains"], ["=", "!=", "~", "!~"], ["<", ">", "<=", ">="], ["|"], ["is", "as"],
        ["+", "-", "&"], ["*", "/", "div", "mod"],
    ];

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
        if (++nesting > DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
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
                "as" => new AsNode(left, TypeName(), isSingle: isStrict) { Position = operation.Position },
                _ => Binary(operation, left, Binary(level + 1)),
            };
        }

        return left;
    }

    private static PathNode Binary(Token operation, PathNode left, PathNode right)
    {
        // What is the same for every $this is evaluated once, as in `element.all(path = %resource.type)`.
        if (left.IsFixed != right.IsFixed)
        {
            (left, right) = (MemoNode.Wrap(left), MemoNode.Wrap(right));
        }

        return operation.Text switch
        {
            "|" => new UnionNode(left, right) { Position = operation.Position },
            "and" or "or" or "xor" or "implies" => new LogicNode(operation.Text, left, right) { Position = operation.Position },
            _ => new OperatorNode(operation.Text, left, right) { Position = operation.Position },
        };
    }

    private PathNode Unary()
    {
        if (Current.Is("-") || Current.Is("+"))
        {
            var sign = tokens[position++];
            if (++nesting > DeepestNesting)
            {
                throw new FhirPathException("Nested too deeply", sign.Position);
            }

            var operand = Unary();
            nesting--;
            return new SignNode(sign.Text == "-", operand) { Position = sign.Position };
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
                return new LiteralNode(Quantity(token) ?? Number(token));
            case TokenKind.DateTime:
                position++;
                return new LiteralNode(
                    PathItem.Of(PathTime.Parse(token.Text) ?? throw new FhirPathException("Not a date or time", token.Position)));
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
            return token.Text switch
            {
                "$this" when source is null => new ThisNode { Position = token.Position },
                "$index" when source is null => new IndexNode { Position = token.Position },
                "$total" when source is null => new TotalNode { Position = token.Position },
                _ => throw new FhirPathException($"{token.Text} is not known here", token.Position),
            };
        }

        return Current.Is("(") && !token.IsDelimited
            ? Function(source, token)
            : new MemberNode(source, token.Text, isStrict) { Position = token.Position };
    }

    private PathNode Function(PathNode? source, Token name)
    {
        position++;
        if (name.Text is "as" or "is" or "ofType")
        {
            var type = TypeName();
            Expect(")");
            var items = source ?? new ThisNode();
            return name.Text == "is"
                ? new IsNode(items, type) { Position = name.Position }
                : new AsNode(items, type, isSingle: isStrict && name.Text == "as") { Position = name.Position };
        }

        var arguments = new List<PathNode>();
        while (!Current.Is(")"))
        {
            if (arguments.Count > 0)
            {
                Expect(",");
            }

            arguments.Add(Expression());
            SkipOrder(name);
        }

        position++;
        var function = Functions.Find(name.Text, arguments.Count, name.Position);
        var isUnordered = source is FunctionNode { Name: "children" or "descendants" };
        if (isStrict && isUnordered && name.Text is "first" or "last" or "tail" or "skip" or "take")
        {
            throw new FhirPathException("The children of an element have no order", name.Position);
        }

        if (function.IsLoop || source is not { IsFixed: true })
        {
            arguments = arguments.ConvertAll(MemoNode.Wrap);
        }

        return new FunctionNode(name.Text, source, function, arguments) { Position = name.Position };
    }

    // sort(key asc) says what is so anyway; a descending key is written with a minus.
    private void SkipOrder(Token function)
    {
        if (function.Text == "sort" && Current.IsWord("asc"))
        {
            position++;
        }
    }

    private TypeSpecifier TypeName()
    {
        var first = Identifier();
        var text = first.Text;
        while (Current.Is("."))
        {
            position++;
            text += "." + Identifier().Text;
        }

        return TypeSpecifier.Resolve(text, first.Position, isStrict);
    }

    private Token Identifier() => Current.Kind == TokenKind.Identifier ? tokens[position++] : throw Unexpected();

    /// <summary>Where constants are given, what is neither one of them nor FHIRPath's own is an error at once.</summary>
    private PathNode Variable(Token token) => constants?.TryGetValue(token.Text, out var constant) == true
        ? new LiteralNode(constant)
        : KnownVariable(token);

    private PathNode KnownVariable(Token token) => token.Text switch
    {
        "resource" or "rootResource" or "context" => new ResourceNode(token.Text) { Position = token.Position },
        "ucum" => new LiteralNode(PathItem.Of("http://unitsofmeasure.org")),
        "sct" => new LiteralNode(PathItem.Of("http://snomed.info/sct")),
        "loinc" => new LiteralNode(PathItem.Of("http://loinc.org")),
        ['v', 's', '-', .. var set] => new LiteralNode(PathItem.Of("http://hl7.org/fhir/ValueSet/" + set)),
        ['e', 'x', 't', '-', .. var extension] => new LiteralNode(PathItem.Of("http://hl7.org/fhir/StructureDefinition/" + extension)),
        "" => throw new FhirPathException("A variable has a name", token.Position),
        "rowIndex" when constants is not null => new RowIndexNode(),
        _ when constants is not null => throw new FhirPathException($"The constant %{token.Text} is not defined", token.Position),
        _ => new VariableNode(token.Text) { Position = token.Position },
    };

    private PathItem? Quantity(Token number)
    {
        var isCalendar = Current.Kind == TokenKind.Identifier
            && !Current.IsDelimited
            && PathQuantity.CalendarUnit(Current.Text) is not null;
        if (Current.Kind != TokenKind.String && !isCalendar)
        {
            return null;
        }

        return decimal.TryParse(number.Text, CultureInfo.InvariantCulture, out var value)
            ? PathItem.Of(new PathQuantity(value, tokens[position++].Text, isCalendar))
            : throw TooLarge(number);
    }

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
