using Interop.Storage.Write;

namespace Interop.Storage.Read;

/// <summary>Anonymous surveys as rows.</summary>
public sealed partial class ResourceRows
{
    /// <summary>The survey that a code opens at the instant (UTC microseconds); null where it opens none.</summary>
    public string? SurveyOf(string hash, long instant) => Statements.First(
        $"SELECT survey FROM survey_code WHERE hash = {hash} AND expires > {instant}", reader => reader.GetString(0));

    /// <summary>Whether answers are to be stored, or codes to be removed.</summary>
    public bool HasSurveyWork(long instant) => Statements.Number(
        $"""
        SELECT 1
        WHERE  EXISTS (SELECT 1 FROM survey_answer WHERE due <= {instant})
        OR     EXISTS (SELECT 1 FROM survey_code WHERE expires <= {instant})
        """) is not null;

    /// <summary>The answers whose time has come, in the order of their random ids.</summary>
    public IReadOnlyList<SurveyAnswer> SurveyAnswersDue(long instant, int count) => Statements.Query(
        $"SELECT id, due, body FROM survey_answer WHERE due <= {instant} ORDER BY id {Sql.Page(count)}",
        reader => new SurveyAnswer(reader.GetString(0), reader.GetInt64(1), reader.Bytes(2)));
}
