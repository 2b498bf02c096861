using Interop.Storage.Write;

namespace Interop.Server.Guard;

/// <summary>Anonymous surveys, inside a transaction: codes by their hashes, and answers that wait for the end of the day.</summary>
/// <param name="instant">UTC microseconds.</param>
internal sealed class GuardedSurveys(WriteSession session, long instant)
{
    /// <param name="hashes">They are added in their own order, which says nothing of the order in which the codes are handed out.</param>
    public void Add(IEnumerable<string> hashes, string survey, long expires)
    {
        foreach (var hash in hashes.Order(StringComparer.Ordinal))
        {
            session.AddSurveyCode(hash, survey, expires);
        }
    }

    /// <summary>Uses a code up for this survey; false where it opens it no more.</summary>
    public bool Take(string hash, string survey) => session.Rows.SurveyOf(hash, instant) == survey && session.TakeSurveyCode(hash);

    public void Keep(string id, long due, ReadOnlyMemory<byte> body) => session.AddSurveyAnswer(new(id, due, body));

    /// <summary>Takes out the answers whose time has come, as they are to be stored.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> TakeDue(int count)
    {
        var due = session.Rows.SurveyAnswersDue(instant, count);
        foreach (var answer in due)
        {
            session.RemoveSurveyAnswer(answer.Id);
        }

        return [.. due.Select(answer => answer.Body)];
    }

    /// <inheritdoc cref="WriteSession.RemoveSurveyCodes"/>
    public void RemoveOld() => session.RemoveSurveyCodes(instant);
}
