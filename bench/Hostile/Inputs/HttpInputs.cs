using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Relay.Yjs.Costs;

namespace Relay.Bench.Hostile;

/// <summary>What is asked of a node over HTTP.</summary>
internal static class HttpInputs
{
    private const int DocumentBytes = 20_000_000;
    private const int Requests = 20;
    private static readonly Dictionary<string, string> LeavesAtOnce = new()
    {
        ["Documents:IdleTimeout"] = "00:00:00.100",
    };

    public static IEnumerable<HostileInput> All =>
    [
        new("20 GETs of 20 MB that are not open", DocumentBytes, GetsAsync)
        {
            IsForHocuspocus = false, Settings = () => LeavesAtOnce,
        },
        new("20 GETs of 20 MB that are not read", DocumentBytes, UnreadAsync)
        {
            IsForHocuspocus = false, Settings = () => LeavesAtOnce,
        },
        new("POSTs of 60 MB of which one byte comes", 100, PostsAsync) { IsForHocuspocus = false },
        new("signatures of none of 64 keys, over HTTP", 200, SignaturesAsync)
        {
            IsForHocuspocus = false,
            Settings = () => new Dictionary<string, string> { ["Auth:Jwt:JwksUrl"] = KeyPublisher.Address },
        },
    ];

    /// <summary>A document that is stored and open nowhere.</summary>
    private static async Task<string> StoredAsync(Target target, int size)
    {
        var document = target.NewName();
        using (var http = Client(Target.Writer))
        {
            var update = Bytes.Update([new StructWriter(77, 0).AddText(new string('x', size))]);
            using var body = new ByteArrayContent(update);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            using var answer = await http.PostAsync(Address(target, document, "/updates"), body);
            answer.EnsureSuccessStatusCode();
        }

        // It is left with its last request, and saved.
        await Task.Delay(TimeSpan.FromSeconds(2));
        return document;
    }

    private static async Task<Attack> GetsAsync(Target target, int size)
    {
        var document = await StoredAsync(target, size);
        return new Attack(0, async () =>
        {
            using var http = Client(Target.Reader);
            var statuses = await Task.WhenAll(Enumerable.Range(0, Requests).Select(async _ =>
            {
                using var answer = await http.GetAsync(
                    Address(target, document), HttpCompletionOption.ResponseHeadersRead);
                await answer.Content.CopyToAsync(Stream.Null);
                return (int)answer.StatusCode;
            }));
            return string.Join(", ", statuses.CountBy(status => status).Select(pair => $"{pair.Value}x {pair.Key}"));
        });
    }

    private static async Task<Attack> UnreadAsync(Target target, int size)
    {
        var document = await StoredAsync(target, size);
        return new Attack(0, async () =>
        {
            for (var i = 0; i < Requests; i++)
            {
                await SendAsync(target, "GET", $"/api/documents/{Uri.EscapeDataString(document)}", Target.Reader, "");
            }

            return "sent";
        });
    }

    private static Task<Attack> PostsAsync(Target target, int size) => Task.FromResult(new Attack(size, async () =>
    {
        for (var i = 0; i < size; i++)
        {
            await SendAsync(
                target,
                "POST",
                $"/api/documents/{Uri.EscapeDataString(target.NewName())}/updates",
                Target.Writer,
                "Content-Type: application/octet-stream\r\nContent-Length: 60000000\r\n",
                "\u0001");
        }

        return "sent";
    }));

    private static Task<Attack> SignaturesAsync(Target target, int size) => Task.FromResult(new Attack(0, async () =>
    {
        using var http = Client(KeyPublisher.Stranger);
        var statuses = new List<int>();
        for (var i = 0; i < size; i++)
        {
            using var answer = await http.GetAsync(Address(target, "any"));
            statuses.Add((int)answer.StatusCode);
        }

        return string.Join(", ", statuses.CountBy(status => status).Select(pair => $"{pair.Value}x {pair.Key}"));
    }));

    private static async Task SendAsync(
        Target target, string method, string path, string token, string headers, string body = "")
    {
        var client = target.Keep(new TcpClient { ReceiveBufferSize = 4096 });
        await client.ConnectAsync("127.0.0.1", target.Http.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{headers}\r\n{body}"));
    }

    private static Uri Address(Target target, string document, string rest = "") =>
        new(target.Http, $"/api/documents/{Uri.EscapeDataString(document)}{rest}");

    private static HttpClient Client(string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
