using System.Text;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>Documents that are deleted and created over HTTP.</summary>
public sealed class DeletionRequestTests
{
    private const string Path = "/api/documents/doc";

    [Fact]
    public async Task A_deleted_document_is_gone_until_it_is_created_again()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal((404, "There is no such document.", "no-document"), await node.RefusedAsync("DELETE", Path));
        using var client = await node.ConnectAsync();
        await client.SendAsync(Update(Typed(1, 0, "a")));
        await client.UntilAsync(0, 2);
        Assert.Equal(204, await node.StatusAsync("PUT", Path));
        Assert.Equal(204, await node.StatusAsync("DELETE", Path));
        Assert.Equal(4404, await client.CloseCodeAsync());
        Assert.Equal(204, await node.StatusAsync("DELETE", Path));
        Assert.Equal((410, "The document was deleted.", "document-deleted"), await node.RefusedAsync("GET", Path));
        Assert.Equal((410, "The document was deleted.", "document-deleted"),
            await node.RefusedAsync("POST", Path + "/updates", body: Typed(1, 0, "a")));
        using (var late = await node.ConnectAsync())
        {
            Assert.Equal(4404, await late.CloseCodeAsync());
        }

        Assert.Equal(201, await node.StatusAsync("PUT", Path));
        Assert.Equal(204, await node.StatusAsync("PUT", Path));
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/updates", body: Typed(2, 0, "b")));
        Assert.Equal(Typed(2, 0, "b"), await node.Http.GetByteArrayAsync(new Uri(Path, UriKind.Relative)));
    }

    [Fact]
    public async Task A_deletion_outlives_the_node()
    {
        var directory = Directory.CreateTempSubdirectory("relay-node-").FullName;
        await using (var node = await TestNode.StartAsync(directory: directory))
        {
            Assert.Equal(204, await node.StatusAsync("POST", Path + "/updates", body: Typed(1, 0, "a")));
            Assert.Equal(204, await node.StatusAsync("DELETE", Path));
        }

        Directory.Delete(System.IO.Path.Combine(directory, "log"), recursive: true);
        await using (var node = await TestNode.StartAsync(directory: directory))
        {
            Assert.Equal(410, await node.StatusAsync("GET", Path));
        }

        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task Only_administrators_delete_and_create_with_a_token_in_the_header(string method)
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var writer = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new { doc = "write" } }));
        var admin = TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = (object?)null, admin = true }));
        Assert.Equal(204, await node.StatusAsync("POST", Path + "/updates", writer, Typed(1, 0, "a")));
        Assert.Equal(401, (await node.RefusedAsync(method, Path)).Status);
        Assert.Equal(401, (await node.RefusedAsync(method, Path + "?token=" + admin)).Status);
        Assert.Equal((403, "The token does not allow what administrators may do.", "token"),
            await node.RefusedAsync(method, Path, writer));
        Assert.Equal(204, await node.StatusAsync(method, Path, admin));
    }
}
