using System.Text.Json;
using Interop.Fhir.Validation;

namespace Interop.Server.Tests;

/// <summary>The conformance resources in profiles/crisis.</summary>
public sealed class CrisisProfilesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "profiles", "crisis");

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_file_is_valid_R4(string file) =>
        Assert.Empty(ResourceValidator.Validate(File.ReadAllBytes(Path.Combine(Folder, file))).Select(issue => $"{issue.Expression}: {issue.Diagnostics}"));

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_file_is_named_by_its_type_and_its_url_ends_in_its_id(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        var root = document.RootElement;
        var (type, id) = (root.GetProperty("resourceType").GetString(), root.GetProperty("id").GetString());

        Assert.StartsWith(type + "-", Path.GetFileName(file), StringComparison.Ordinal);
        if (root.TryGetProperty("url", out var url))
        {
            Assert.Equal($"https://interop.example/fhir/{type}/{id}", url.GetString());
            Assert.Equal($"{type}-{id}.json", Path.GetFileName(file));
        }
    }

    [Fact]
    public void A_code_system_counts_its_codes_and_has_none_twice()
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "CodeSystem-*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var codes = document.RootElement.GetProperty("concept").EnumerateArray().Select(concept => concept.GetProperty("code").GetString()).ToArray();

            Assert.Equal(codes.Distinct().Count(), document.RootElement.GetProperty("count").GetInt32());
        }
    }
}
