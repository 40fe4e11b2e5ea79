using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Relay.Yjs.Costs;

namespace Relay.Bench.Hostile;

/// <summary>What has a node write or read what is stored.</summary>
internal static class StoreInputs
{
    private const int TextBytes = 10_000;

    public static IEnumerable<HostileInput> All =>
    [
        new("document that grows to 20 MB by updates of 10 KB", 20_000_000, GrowsAsync)
        {
            Settings = () => new Dictionary<string, string> { ["Documents:SaveInterval"] = "00:00:01" },
        },
        new("20 restores of a document of 5 MB at once", 20, RestoresAsync) { IsForHocuspocus = false },
    ];

    private static async Task<Attack> GrowsAsync(Target target, int size)
    {
        var document = target.NewName();
        var writer = await target.JoinAsync(document, Target.Writer);
        var updates = Enumerable.Range(0, size / TextBytes)
            .Select(i => Messages.Update(document, TextAt(i * (long)TextBytes))).ToList();
        return new Attack(updates.Sum(update => (long)update.Length), async () =>
        {
            var before = MegabytesWritten(target);
            foreach (var update in updates)
            {
                await writer.SendAsync(update);
            }

            await writer.HasAsync(Answer.Status, 1 + updates.Count);
            return string.Create(
                CultureInfo.InvariantCulture, $"{writer.Outcome}, {MegabytesWritten(target) - before:F0} MB written");
        });
    }

    private static async Task<Attack> RestoresAsync(Target target, int size)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var address = new Uri(target.Http, $"/api/documents/{Uri.EscapeDataString(target.NewName())}");
        await AskAsync(http, HttpMethod.Post, $"{address}/updates", Bytes.Update(
            [new StructWriter(77, 0).AddText(new string('x', 5_000_000))]));
        await AskAsync(http, HttpMethod.Post, $"{address}/save");
        var listing = JsonNode.Parse(await AskAsync(http, HttpMethod.Get, $"{address}/snapshots"))!;
        var id = (string)listing["snapshots"]![0]!["id"]!;
        await AskAsync(http, HttpMethod.Post, $"{address}/updates", Bytes.Update(
            [new StructWriter(78, 0).AddText(new string('y', 5_000_000))]));
        return new Attack(0, async () =>
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var answers = await Task.WhenAll(Enumerable.Range(0, size).Select(_ =>
                AskAsync(client, HttpMethod.Post, $"{address}/snapshots/{id}/restore")));
            return $"{answers.Length} answered";
        });
    }

    /// <summary>Text that goes on where that of the update before ends.</summary>
    private static byte[] TextAt(long clock) =>
        Bytes.Update([new StructWriter(77, clock).AddText(
            new string('x', TextBytes), clock == 0 ? null : (77, clock - 1))]);

    private static async Task<string> AskAsync(
        HttpClient http, HttpMethod method, string address, byte[]? body = null)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Target.Writer);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>What the server has written to files so far.</summary>
    private static double MegabytesWritten(Target target)
    {
        const string Name = "wchar:";
        var line = File.ReadLines($"/proc/{target.ProcessId}/io")
            .First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line[Name.Length..], CultureInfo.InvariantCulture) / 1e6;
    }
}
