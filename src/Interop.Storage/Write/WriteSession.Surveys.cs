namespace Interop.Storage.Write;

/// <summary>Anonymous surveys as rows: codes that were not used yet, and answers that wait.</summary>
public sealed partial class WriteSession
{
    /// <param name="hash">Of the code, which is nowhere.</param>
    /// <param name="expires">UTC microseconds.</param>
    public void AddSurveyCode(string hash, string survey, long expires) => Rows.Statements.Execute(
        $"INSERT INTO survey_code (hash, survey, expires) VALUES ({hash}, {survey}, {expires})");

    /// <summary>Uses a code up; false where there is none any more.</summary>
    public bool TakeSurveyCode(string hash) => Rows.Statements.Execute($"DELETE FROM survey_code WHERE hash = {hash}") > 0;

    /// <summary>Removes the codes that nobody used in time.</summary>
    public void RemoveSurveyCodes(long before) => Rows.Statements.Execute($"DELETE FROM survey_code WHERE expires <= {before}");

    public void AddSurveyAnswer(SurveyAnswer answer) => Rows.Statements.Execute(
        $"INSERT INTO survey_answer (id, due, body) VALUES ({answer.Id}, {answer.Due}, {answer.Body})");

    public void RemoveSurveyAnswer(string id) => Rows.Statements.Execute($"DELETE FROM survey_answer WHERE id = {id}");
}

/// <summary>An answer that waits to be stored.</summary>
/// <param name="Id">Of the QuestionnaireResponse that it becomes: random.</param>
/// <param name="Due">When, UTC microseconds: the same for all of a day.</param>
/// <param name="Body">The QuestionnaireResponse.</param>
public sealed record SurveyAnswer(string Id, long Due, ReadOnlyMemory<byte> Body);
