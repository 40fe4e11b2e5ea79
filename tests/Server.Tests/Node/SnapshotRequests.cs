using System.Text.Json;
using Relay.Doubles;

namespace Relay.Node;

/// <summary>
/// What tests of snapshots ask a node whose documents are left, and so saved, as soon as no client has them open.
/// </summary>
internal static class SnapshotRequests
{
    public const string Document = "/api/documents/doc";

    public const string LeaveAtOnce = "Documents:IdleTimeout=00:00:00";

    /// <summary>Writes an update, waits until the document is left, and returns its newest snapshot's id.</summary>
    public static async Task<string> SaveAsync(this TestNode node, byte[] update, string? writer = null,
        string? reader = null)
    {
        Assert.Equal(204, await node.StatusAsync("POST", Document + "/updates", writer, update));
        await node.Sessions.WhenGoneAsync(World.Name).WaitAsync(TestNode.Patience);
        return (await node.SnapshotIdsAsync(reader))[0];
    }

    /// <summary>The ids of the document's snapshots, newest first.</summary>
    public static async Task<string[]> SnapshotIdsAsync(this TestNode node, string? reader = null)
    {
        using var answer = await node.AskAsync("GET", Document + "/snapshots", reader);
        using var listed = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return [.. listed.RootElement.GetProperty("snapshots").EnumerateArray()
            .Select(snapshot => snapshot.GetProperty("id").GetString()!)];
    }

    public static Task<byte[]> StateAsync(this TestNode node) =>
        node.Http.GetByteArrayAsync(new Uri(Document, UriKind.Relative));

    /// <summary>The files of snapshots in a node's directory, those of the newest first.</summary>
    public static string[] SnapshotFiles(string directory) =>
        [.. Directory.EnumerateFiles(Path.Combine(directory, "snapshots"), "*-*-*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file).Length == 0).Order(StringComparer.Ordinal)];
}
