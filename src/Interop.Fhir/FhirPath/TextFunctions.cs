using System.Text.RegularExpressions;
using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>Functions on strings: https://hl7.org/fhirpath/N1/#string-manipulation.</summary>
internal static class TextFunctions
{
    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("startsWith", new(1, 1, (call, output) => Test(call, output, (text, part) => text.StartsWith(part, StringComparison.Ordinal)))),
        ("endsWith", new(1, 1, (call, output) => Test(call, output, (text, part) => text.EndsWith(part, StringComparison.Ordinal)))),
        ("contains", new(1, 1, (call, output) => Test(call, output, (text, part) => text.Contains(part, StringComparison.Ordinal)))),
        (
            "matches",
            new(1, 1, (call, output) => Test(call, output, (text, pattern) => Run(call, pattern, expression => expression.IsMatch(text))))),
        ("matchesFull", new(1, 1, (call, output) => Test(
            call, output, (text, pattern) => Run(call, $@"\A(?:{pattern})\z", expression => expression.IsMatch(text))))),
        ("indexOf", new(1, 1, IndexOf)),
        ("lastIndexOf", new(1, 1, LastIndexOf)),
        ("substring", new(1, 2, Substring)),
        ("length", new(0, 0, Length)),
        ("upper", new(0, 0, (call, output) => Change(call, output, text => text.ToUpperInvariant()))),
        ("lower", new(0, 0, (call, output) => Change(call, output, text => text.ToLowerInvariant()))),
        ("trim", new(0, 0, (call, output) => Change(call, output, text => text.Trim()))),
        ("toChars", new(0, 0, ToChars)),
        ("replace", new(2, 2, (call, output) => Replace(call, output, Replaced))),
        ("replaceMatches", new(2, 2, (call, output) => Replace(call, output, (text, pattern, substitution) =>
            pattern.Length == 0 ? text : Run(call, pattern, expression => expression.Replace(text, substitution))))),
        ("split", new(1, 1, Split)),
        ("join", new(0, 1, Join)),
    ];

    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(250);

    // Patterns are literals in all but hostile expressions, so a few hundred remembered ones serve for good.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    /// <summary>Adds what a function makes of the text; nothing where there is none.</summary>
    public static void Change(FunctionCall call, List<PathItem> output, Func<string, string> change)
    {
        if (call.Text() is { } text)
        {
            output.Add(PathItem.Of(Arithmetic.Bounded(change(text), call.Position)));
        }
    }

    private static void Test(FunctionCall call, List<PathItem> output, Func<string, string, bool> test)
    {
        if (call.Text() is { } text && call.ArgumentText(0) is { } part)
        {
            output.Add(PathItem.Of(test(text, part)));
        }
    }

    private static void IndexOf(FunctionCall call, List<PathItem> output)
    {
        if (call.Text() is { } text && call.ArgumentText(0) is { } part)
        {
            output.Add(PathItem.Of(text.IndexOf(part, StringComparison.Ordinal)));
        }
    }

    private static void LastIndexOf(FunctionCall call, List<PathItem> output)
    {
        if (call.Text() is { } text && call.ArgumentText(0) is { } part)
        {
            output.Add(PathItem.Of(text.LastIndexOf(part, StringComparison.Ordinal)));
        }
    }

    private static void Substring(FunctionCall call, List<PathItem> output)
    {
        if (call.Text() is { } text && call.ArgumentInteger(0) is { } start && start >= 0 && start < text.Length)
        {
            var length = call.Count == 2 ? call.ArgumentInteger(1) ?? int.MaxValue : int.MaxValue;
            output.Add(PathItem.Of(text.Substring(start, Math.Clamp(length, 0, text.Length - start))));
        }
    }

    private static void Length(FunctionCall call, List<PathItem> output)
    {
        if (call.Text() is { } text)
        {
            output.Add(PathItem.Of(text.Length));
        }
    }

    private static void ToChars(FunctionCall call, List<PathItem> output)
    {
        if (call.Text() is { } text)
        {
            call.Evaluation.Spend(text.Length);
            output.AddRange(text.EnumerateRunes().Select(letter => PathItem.Of(letter.ToString())));
        }
    }

    private static void Replace(FunctionCall call, List<PathItem> output, Func<string, string, string, string> replace)
    {
        if (call.Text() is { } text && call.ArgumentText(0) is { } pattern && call.ArgumentText(1) is { } substitution)
        {
            if ((long)text.Length * (substitution.Length + 1) > 100_000_000)
            {
                throw call.Fault("The replacement would be too long");
            }

            output.Add(PathItem.Of(Arithmetic.Bounded(replace(text, pattern, substitution), call.Position)));
        }
    }

    private static string Replaced(string text, string pattern, string substitution) => pattern.Length == 0
        ? substitution + string.Concat(text.Select(letter => letter + substitution))
        : text.Replace(pattern, substitution, StringComparison.Ordinal);

    private static void Split(FunctionCall call, List<PathItem> output)
    {
        if (call.Text() is { } text && call.ArgumentText(0) is { } separator)
        {
            call.Evaluation.Spend(text.Length / 8);
            output.AddRange((separator.Length == 0 ? [text] : text.Split(separator)).Select(PathItem.Of));
        }
    }

    private static void Join(FunctionCall call, List<PathItem> output)
    {
        var separator = call.Count == 1 ? call.ArgumentText(0) ?? string.Empty : string.Empty;
        var text = new System.Text.StringBuilder();
        foreach (var item in call.Items)
        {
            text.Append(text.Length > 0 || item.Node != call.Items[0].Node || !item.Equals(call.Items[0]) ? separator : string.Empty);
            text.Append(call.Evaluation.Value(item) as string ?? throw call.Fault("join() takes strings"));
            if (text.Length > 1_000_000)
            {
                throw call.Fault("The joined text would be too long");
            }
        }

        // Of nothing it is the empty text, as the tests of SQL on FHIR have it.
        output.Add(PathItem.Of(text.ToString()));
    }

    /// <summary>
    /// Never with backtracking, whose time a hostile pattern can choose: what the automaton does not know (look-around, back references)
    /// is refused. The point matches line ends too (https://hl7.org/fhirpath/N1/#matchesregex--string--boolean).
    /// </summary>
    private static T Run<T>(FunctionCall call, string pattern, Func<Regex, T> use)
    {
        try
        {
            if (!Patterns.TryGetValue(pattern, out var expression))
            {
                expression = Build(pattern);
                if (Patterns.Count < 500)
                {
                    Patterns.TryAdd(pattern, expression);
                }
            }

            return use(expression);
        }
        catch (ArgumentException)
        {
            throw call.Fault("Not a regular expression, or one that needs backtracking");
        }
        catch (RegexMatchTimeoutException)
        {
            throw call.Fault("The regular expression takes too long");
        }
    }

    private static Regex Build(string pattern)
    {
        if (pattern.Length > 1000)
        {
            throw new ArgumentException("too long", nameof(pattern));
        }

        const RegexOptions Options = RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
        try
        {
            return new(pattern, Options, LongestMatch);
        }
        catch (NotSupportedException unsupported)
        {
            throw new ArgumentException("needs backtracking", nameof(pattern), unsupported);
        }
    }
}
