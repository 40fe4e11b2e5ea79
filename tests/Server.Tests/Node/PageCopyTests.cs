using System.IO.Compression;
using Microsoft.Extensions.FileProviders;
using Relay.Pages;

namespace Relay.Node;

/// <summary>Pages as who takes them compressed gets them.</summary>
public sealed class PageCopyTests : IDisposable
{
    private readonly DirectoryInfo pages = Directory.CreateTempSubdirectory("relay-copies-");
    private readonly byte[] script = "a script that is worth compressing; "u8.ToArray();

    public PageCopyTests()
    {
        Directory.CreateDirectory(Path.Combine(pages.FullName, "assets"));
        script = [.. Enumerable.Repeat(script, 500).SelectMany(bytes => bytes)];
        File.WriteAllBytes(Path.Combine(pages.FullName, "assets", "demo-0123.js"), script);
        File.WriteAllText(Path.Combine(pages.FullName, "index.html"), "x");
    }

    public void Dispose() => pages.Delete(recursive: true);

    [Theory]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate, br;q=0.5", "br")]
    [InlineData("gzip;q=1.0, br;q=0", "gzip")]
    public async Task They_are_copies_made_before_with_a_length_a_tag_of_their_own_and_all_headers(
        string accepted, string encoding)
    {
        await using var node = await StartAsync();
        using var plain = await AskAsync(node, "/assets/demo-0123.js", null);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal(script, await plain.Content.ReadAsByteArrayAsync());
        using var answer = await UntilCopiedAsync(node, accepted);
        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        Assert.Equal(script, Expand(await answer.Content.ReadAsByteArrayAsync(), encoding));
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEqual(plain.Headers.ETag, answer.Headers.ETag);
        Assert.All([plain, answer], one => Assert.Equal(["Accept-Encoding"], one.Headers.Vary));
        Assert.Contains("immutable", answer.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        BrowserRuleTests.AssertContent(answer);

        using var again = await AskAsync(node, "/assets/demo-0123.js", accepted, answer.Headers.ETag!.Tag);
        Assert.Equal(304, (int)again.StatusCode);
        BrowserRuleTests.AssertContent(again);
    }

    [Fact]
    public async Task A_file_that_has_changed_or_is_too_small_is_sent_as_it_is_now()
    {
        var files = new PhysicalFileProvider(pages.FullName);
        var copies = new CompressedCopies(files, CompressedCopies.Brotli);
        await copies.WhenMade.WaitAsync(TestNode.Patience);
        Assert.IsType<CompressedFile>(copies.GetFileInfo("/assets/demo-0123.js"));
        Assert.IsNotType<CompressedFile>(copies.GetFileInfo("/index.html"));
        Assert.False(copies.GetFileInfo("/assets/none.js").Exists);
        await File.AppendAllTextAsync(Path.Combine(pages.FullName, "assets", "demo-0123.js"), "more");
        Assert.Equal(script.Length + 4, copies.GetFileInfo("/assets/demo-0123.js").Length);
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        builder => builder.Environment.WebRootFileProvider = new PhysicalFileProvider(pages.FullName));

    /// <summary>An answer that is compressed as it is sent has no length.</summary>
    private static async Task<HttpResponseMessage> UntilCopiedAsync(TestNode node, string accepted)
    {
        using var patience = new CancellationTokenSource(TestNode.Patience);
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var answer = await AskAsync(node, "/assets/demo-0123.js", accepted);
            if (answer.Content.Headers.ContentLength < 1000)
            {
                return answer;
            }

            answer.Dispose();
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(
        TestNode node, string path, string? accepted, string? known = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accepted is not null)
        {
            request.Headers.Add("Accept-Encoding", accepted);
        }

        if (known is not null)
        {
            request.Headers.Add("If-None-Match", known);
        }

        return await node.Http
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TestNode.Patience);
    }

    private static byte[] Expand(byte[] bytes, string encoding)
    {
        using var compressed = new MemoryStream(bytes);
        using Stream from = encoding == "br"
            ? new BrotliStream(compressed, CompressionMode.Decompress)
            : new GZipStream(compressed, CompressionMode.Decompress);
        using var expanded = new MemoryStream();
        from.CopyTo(expanded);
        return expanded.ToArray();
    }
}
