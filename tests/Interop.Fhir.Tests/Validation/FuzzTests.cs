using Interop.Fhir.Json;
using Interop.Fhir.Schema;
using Interop.Fhir.Search.Index;
using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>Seeded damage to a resource: an answer, never an exception that is not promised.</summary>
public sealed class FuzzTests
{
    private static readonly byte[] Resource = [.. """
        {"resourceType":"Patient","id":"a","meta":{"versionId":"1","lastUpdated":"2020-01-01T00:00:00Z"},"contained":[
        {"resourceType":"Organization",
        "id":"o","name":"\u00e9\ud83d\ude00"}],"extension":[{"url":"u","valueQuantity":{"value":1.0e0,"unit":"x"}}],"active":true,
        "name":[{"use":"official","family":"Fam","given":["a",null,"b"],"_given":[null,{"extension":[{"url":"u","valueCode":"c"}]}]}],
        "deceasedDateTime":"2020-01-01T00:00:00+01:00","managingOrganization":{"reference":"#o"},"birthDate":"1974-12-25"}
        """u8];

    private static readonly IndexExtractor Extractor = new(SearchParameterSet.R4);

    [Fact]
    public void Truncation_at_every_byte_is_survived()
    {
        for (var length = 0; length < Resource.Length; length++)
        {
            Survive(Resource[..length]);
        }
    }

    [Fact]
    public void Changed_bytes_are_survived() => Repeat(random =>
    {
        var damaged = (byte[])Resource.Clone();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }

        return damaged;
    });

    [Fact]
    public void Spliced_pieces_are_survived() => Repeat(random =>
    {
        var (from, to, at) = (random.Next(Resource.Length), random.Next(Resource.Length), random.Next(Resource.Length));
        return [.. Resource[..at], .. Resource[Math.Min(from, to)..Math.Max(from, to)], .. Resource[at..]];
    });

    [Fact]
    public void Swapped_JSON_marks_are_survived() => Repeat(random =>
    {
        var damaged = (byte[])Resource.Clone();
        var marks = "{}[],:\"\\0-en tu"u8;
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(damaged.Length);
            damaged[at] = marks.Contains(damaged[at]) ? marks[random.Next(marks.Length)] : damaged[at];
        }

        return damaged;
    });

    [Fact]
    public void Noise_is_survived() => Repeat(random =>
    {
        var noise = new byte[random.Next(200)];
        random.NextBytes(noise);
        return noise;
    });

    private static void Repeat(Func<Random, byte[]> damage)
    {
        for (var seed = 0; seed < 4000; seed++)
        {
            Survive(damage(new Random(seed)));
        }
    }

    private static void Survive(byte[] bytes)
    {
        var issues = ResourceValidator.Validate(bytes);
        _ = ResourceJson.ReadHeader(bytes);
        try
        {
            // What was not validated may only fail in the promised way; what is valid must not fail.
            _ = Extractor.Extract(bytes);
            _ = ResourceJson.WithIdentity(bytes, "b", "2", DateTimeOffset.UnixEpoch);
        }
        catch (FormatException) when (issues.Count > 0)
        {
        }
    }
}
