using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using Interop.Demo;

namespace Interop.Server.Tests.Protection;

/// <summary>Bodies that come as gzip, and the few answers that go as it.</summary>
public sealed class PackedBodyTests : IAsyncLifetime
{
    private static readonly DemoCaller Navigator = DemoCaller.All.Single(caller => caller.Name == "navigator");
    private RunningServer server = null!;

    public async Task InitializeAsync()
    {
        server = await RunningServer.StartAsync(null, null, "--Interop:MaxBodyBytes=100000");
        await server.ImportAsync("crisis-program", Fixtures.Organization("crisis-program", "crisis-program"), Fixtures.Patient("p1"));
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("gzip", 201)]
    [InlineData("GZIP", 201)]
    [InlineData("br", 415)]
    [InlineData("gzip, gzip", 415)]
    public async Task A_resource_comes_as_gzip_and_in_no_other_encoding(string encoding, int status)
    {
        using var client = server.As(Navigator);

        using var response = await SendAsync(client, Packed(Encoding.UTF8.GetBytes(Fixtures.Patient("x"))), encoding);

        Assert.True(status == (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_unpacks_to_more_than_a_body_may_have_is_refused()
    {
        using var client = server.As(Navigator);
        var bomb = Packed(Encoding.UTF8.GetBytes($$"""{"resourceType":"Basic","code":{"text":"{{new string('x', 5_000_000)}}"} }"""));
        Assert.True(bomb.Length < 100_000);

        using var response = await SendAsync(client, bomb, "gzip");

        await response.OutcomeAsync(413);
    }

    [Fact]
    public async Task What_is_no_gzip_or_only_half_of_it_is_refused()
    {
        using var client = server.As(Navigator);
        var whole = Packed(Encoding.UTF8.GetBytes(Fixtures.Patient("x")));

        using var none = await SendAsync(client, Encoding.UTF8.GetBytes(Fixtures.Patient("x")), "gzip");
        using var half = await SendAsync(client, whole[..(whole.Length / 2)], "gzip");
        using var empty = await SendAsync(client, [], "gzip");

        await none.OutcomeAsync(400);
        await half.OutcomeAsync(400);
        await empty.OutcomeAsync(400);
    }

    [Theory]
    [InlineData("metadata", true)]
    [InlineData("Patient/p1", false)]
    [InlineData("Patient?name=Testa", false)]
    [InlineData("Patient/p1/_history", false)]
    [InlineData("Patient/nobody", false)]
    public async Task Only_what_mixes_no_secret_with_what_its_reader_chose_goes_as_gzip(string path, bool isPacked)
    {
        using var client = server.As(Navigator);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.AcceptEncoding.Add(new("gzip"));
        using var plain = await client.GetAsync(path);

        using var response = await client.SendAsync(request);

        Assert.Equal(isPacked ? ["gzip"] : [], response.Content.Headers.ContentEncoding);
        if (isPacked)
        {
            using var unpacked = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
            using var reader = new StreamReader(unpacked);
            Assert.Equal(await plain.Content.ReadAsStringAsync(), await reader.ReadToEndAsync());
            Assert.Contains("Accept-Encoding", string.Join(',', response.Headers.Vary), StringComparison.Ordinal);
            Assert.Contains("Accept-Encoding", string.Join(',', plain.Headers.Vary), StringComparison.Ordinal);
        }
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, byte[] body, string encoding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        var path = Encoding.UTF8.GetString(body).Contains("Basic", StringComparison.Ordinal) ? "Basic" : "Patient";
        return await client.PostAsync(new Uri(path, UriKind.Relative), content);
    }
}
