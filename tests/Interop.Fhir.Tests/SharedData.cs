namespace Interop.Fhir.Tests;

/// <summary>The folder <c>shared</c> beside the repository, which holds data that is never committed.</summary>
internal static class SharedData
{
    /// <summary>A file or folder below <c>shared</c>; null, and a line that says so, where it is absent.</summary>
    public static string? Find(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Interop.sln")))
            {
                var found = Path.Combine([folder.FullName, "..", "shared", .. path]);
                if (Path.Exists(found))
                {
                    return found;
                }
            }
        }

        Console.WriteLine($"../shared/{string.Join('/', path)} is absent: nothing was checked against it.");
        return null;
    }
}
