using System.Collections.Concurrent;
using Interop.Fhir.Terminology;
using Interop.Sharing.Limited;
using Interop.Sharing.Policy;

namespace Interop.Server.Guard.Tables;

/// <summary>The table of the limited data set: the site's, or the one that comes with the server.</summary>
internal static class LimitedTable
{
    /// <param name="path">From <c>Interop:LimitedDataSet</c>.</param>
    /// <exception cref="SettingsException">It can't be read, or lets out what no limited data set may have.</exception>
    public static LimitedDataSet From(string? path, TerminologySet terminology)
    {
        // Only what is a code is kept: there are not many.
        var known = new ConcurrentDictionary<(string System, string Code), bool>();
        try
        {
            return LimitedDataSet.Load(path is null ? (ReadOnlyMemory<byte>?)null : File.ReadAllBytes(path), IsKnown);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or PolicyException)
        {
            throw new SettingsException($"Interop:LimitedDataSet: {wrong.Message}");
        }

        bool IsKnown(string system, string code)
        {
            if (known.ContainsKey((system, code)))
            {
                return true;
            }

            var isCode = terminology.Lookup(system, code) is TerminologyAnswer.Found;
            return isCode && (known[(system, code)] = true);
        }
    }
}
