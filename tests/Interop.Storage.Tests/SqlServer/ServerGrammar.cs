using System.Collections.Concurrent;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit.Sdk;

namespace Interop.Storage.Tests.SqlServer;

/// <summary>
/// No SQL Server is at hand: what would be sent to one is parsed by the product's own grammar, of version 2022, and then held against rules
/// that the server has beyond its grammar and the tables that the migrations make.
/// </summary>
internal static class ServerGrammar
{
    private static readonly ConcurrentDictionary<(string Text, int Values), string> Answers = new();

    /// <summary>How many different statements were looked at in this process.</summary>
    public static int Seen => Answers.Count;

    /// <exception cref="XunitException">The server would refuse the statement, as far as that can be told from here.</exception>
    public static void Demand(SqlText statement)
    {
        var problems = ProblemsOf(statement.Text, statement.Values.Count);
        if (problems.Length > 0)
        {
            throw new XunitException($"SQL Server would refuse this:\n{problems}\n\n{statement.Text}");
        }
    }

    /// <summary>One a line; empty where there is none.</summary>
    /// <param name="values">How many parameters come with it.</param>
    public static string ProblemsOf(string text, int values = 0) => Answers.GetOrAdd((text, values), static statement =>
    {
        var parsed = Read(statement.Text, out var errors);
        return errors.Count > 0
            ? string.Join('\n', errors.Select(error => $"line {error.Line}: {error.Message}"))
            : string.Join('\n', ServerRules.ProblemsOf(parsed, statement.Values));
    });

    /// <exception cref="XunitException">It is none.</exception>
    public static List<TSqlStatement> Parse(string script)
    {
        var parsed = Read(script, out var errors);
        return errors.Count == 0
            ? parsed
            : throw new XunitException(string.Join('\n', errors.Select(error => $"line {error.Line}: {error.Message}")));
    }

    private static List<TSqlStatement> Read(string script, out IList<ParseError> errors)
    {
        var parsed = new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(script), out errors);
        return parsed is TSqlScript whole ? [.. whole.Batches.SelectMany(batch => batch.Statements)] : [];
    }
}
