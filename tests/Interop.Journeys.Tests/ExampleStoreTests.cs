using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.References;
using Interop.Fhir.Validation;
using Interop.Server.Http;
using Interop.Sharing.Policy;

namespace Interop.Journeys.Tests;

/// <summary>
/// Every official example that is legal, and whose references sharing can read, goes into the store and comes out of HTTP byte for byte,
/// but for meta and versions in references.
/// </summary>
public sealed class ExampleStoreTests
{
    private const int BatchSize = 100;
    private static readonly ServiceBases Bases = new(RunningServer.PublicUrl);

    [ExamplesFact]
    public async Task What_goes_in_comes_out_byte_for_byte_but_for_meta()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        using var client = server.As("privacy");
        var (stored, refused, unplaced) = (0, 0, 0);
        foreach (var files in Examples.Files().Chunk(BatchSize))
        {
            var batch = new Dictionary<ResourceKey, byte[]>();
            foreach (var bytes in files.Select(File.ReadAllBytes))
            {
                if (ResourceValidator.Validate(bytes).Any(issue => issue.Severity <= IssueSeverity.Error))
                {
                    refused++;
                    continue;
                }

                var header = ResourceJson.ReadHeader(bytes)!;
                var key = new ResourceKey(header.Type!, header.Id ?? $"no-id-{stored}");
                batch[key] = header.Id is null
                    ? TopLevel.InsertAfter(bytes, "resourceType", "id", JsonSerializer.SerializeToUtf8Bytes(key.Id))
                    : bytes;
                stored++;
            }

            foreach (var key in batch.Where(pair => IsUnplaced(pair.Value)).Select(pair => pair.Key).ToList())
            {
                await Assert.ThrowsAsync<FhirException>(
                    () => server.Importer.ImportAsync("crisis-program", [(key, batch[key])], CancellationToken.None));
                batch.Remove(key);
                unplaced++;
            }

            await server.Importer.ImportAsync("crisis-program", [.. batch.Select(pair => (pair.Key, pair.Value))], CancellationToken.None);
            foreach (var (key, bytes) in batch)
            {
                await SameButMetaAsync(client, key, bytes);
            }
        }

        Assert.Equal((5271, 35), (stored, refused));
        Assert.Equal(34, unplaced); // nine of them AuditEvents
    }

    /// <summary>
    /// Whether the write door must refuse it: a reference that can't be read or resolved, or, where sharing must know what it points at,
    /// one that leads elsewhere, by identifier to nobody, or to a contained resource that names nothing of ours. The examples hold no
    /// identifier by which one names another in such a place.
    /// </summary>
    private static bool IsUnplaced(byte[] example)
    {
        var type = ResourceJson.ReadHeader(example)!.Type!;
        if (type == "AuditEvent")
        {
            return true; // the server alone writes its trail
        }

        var references = ResourceReferences.Of(example);
        return references.Places.Any(place =>
        {
            var need = SharingPolicy.Default.NeedOf(type, place);
            var mustKnow = need is ReferenceNeed.Target or ReferenceNeed.Party;
            return place.Literal is null ? mustKnow : Bases.Read(place.Literal) switch
            {
                ReferenceReading.Local local => !place.Allows(local.Key.Type),
                ReferenceReading.Fragment fragment => need == ReferenceNeed.Target && !LeadsSomewhere(references, fragment.Id),
                ReferenceReading.Foreign => mustKnow,
                _ => true,
            };
        });
    }

    private static bool LeadsSomewhere(ResourceReferences references, string id) =>
        references.Contained.Single(contained => contained.Id == id).Type is not ("Patient" or "Organization")
        && references.Places.Any(place =>
            place.Container == id && place.Literal is { } literal && Bases.Read(literal) is ReferenceReading.Local);

    /// <summary>What is stored of it: references without versions, but in Provenance, which is about versions.</summary>
    private static byte[] Normal(byte[] example)
    {
        var isAboutVersions = ResourceJson.ReadHeader(example)!.Type == "Provenance";
        var references = ResourceReferences.Of(example);
        return references.Rewrite(references.Places
            .Where(place =>
                place.Literal is not null && !isAboutVersions && Bases.Read(place.Literal) is ReferenceReading.Local { Version: not null })
            .ToDictionary(place => place, place => ((ReferenceReading.Local)Bases.Read(place.Literal!)).Key.ToString()));
    }

    private static async Task SameButMetaAsync(HttpClient client, ResourceKey key, byte[] sent)
    {
        using var response = await client.GetAsync(key.ToString());
        Assert.True(response.IsSuccessStatusCode, $"{key}: {(int)response.StatusCode}");
        var answer = await response.Content.ReadAsByteArrayAsync();
        Assert.True(TopLevel.Remove(Normal(sent), "meta").AsSpan().SequenceEqual(TopLevel.Remove(answer, "meta")), key.ToString());

        using var meta = JsonDocument.Parse(TopLevel.Value(answer, "meta").ToArray());
        Assert.Equal("1", meta.RootElement.GetProperty("versionId").GetString());
        if (TopLevel.Value(sent, "meta") is { IsEmpty: false } before)
        {
            using var was = JsonDocument.Parse(before.ToArray());
            foreach (var property
                in was.RootElement.EnumerateObject().Where(property => property.Name is not ("versionId" or "lastUpdated")))
            {
                Assert.True(
                    JsonElement.DeepEquals(property.Value, meta.RootElement.GetProperty(property.Name)), $"{key} meta.{property.Name}");
            }
        }
    }
}
