using System.Text.Json;
using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Tests;
using Interop.Fhir.Validation;
using Interop.Server.Tests.Host;

namespace Interop.Journeys.Tests;

/// <summary>Every official example that is legal goes into the store and comes out of HTTP byte for byte, but for meta.</summary>
public sealed class ExampleStoreTests
{
    private const int BatchSize = 100;

    [Fact]
    public async Task What_goes_in_comes_out_byte_for_byte_but_for_meta()
    {
        await using var server = await RunningServer.StartAsync();
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"));
        using var client = server.As("privacy");
        var (stored, refused) = (0, 0);
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
                batch[key] = header.Id is null ? TopLevel.InsertAfter(bytes, "resourceType", "id", JsonSerializer.SerializeToUtf8Bytes(key.Id)) : bytes;
                stored++;
            }

            await server.Store.ImportAsync("crisis-program", [.. batch.Select(pair => (pair.Key, pair.Value))], CancellationToken.None);
            foreach (var (key, bytes) in batch)
            {
                await SameButMetaAsync(client, key, bytes);
            }
        }

        Assert.Equal(Examples.Folder is null ? (0, 0) : (5279, 27), (stored, refused));
    }

    private static async Task SameButMetaAsync(HttpClient client, ResourceKey key, byte[] sent)
    {
        using var response = await client.GetAsync(key.ToString());
        Assert.True(response.IsSuccessStatusCode, $"{key}: {(int)response.StatusCode}");
        var answer = await response.Content.ReadAsByteArrayAsync();
        Assert.True(TopLevel.Remove(sent, "meta").AsSpan().SequenceEqual(TopLevel.Remove(answer, "meta")), key.ToString());

        using var meta = JsonDocument.Parse(TopLevel.Value(answer, "meta").ToArray());
        Assert.Equal("1", meta.RootElement.GetProperty("versionId").GetString());
        if (TopLevel.Value(sent, "meta") is { IsEmpty: false } before)
        {
            using var was = JsonDocument.Parse(before.ToArray());
            foreach (var property in was.RootElement.EnumerateObject().Where(property => property.Name is not ("versionId" or "lastUpdated")))
            {
                Assert.True(JsonElement.DeepEquals(property.Value, meta.RootElement.GetProperty(property.Name)), $"{key} meta.{property.Name}");
            }
        }
    }
}
