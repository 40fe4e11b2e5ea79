using System.Net;
using System.Security.Cryptography;
using System.Text;
using Relay.Bench.Load;

namespace Relay.Bench.Hostile;

/// <summary>An identity provider that publishes 64 keys, and a token that none of them signed.</summary>
internal static class KeyPublisher
{
    private const int Keys = 64;
    private static readonly Lazy<string> Started = new(Start);
    private static readonly Lazy<string> StrangerToken = new(() =>
    {
        using var key = RSA.Create(2048);
        return Messages.Sign(key, "stranger");
    });

    /// <summary>Where the keys are. Publishing begins when this is first asked for.</summary>
    public static string Address => Started.Value;

    /// <summary>A token that names no key and is signed with none of them.</summary>
    public static string Stranger => StrangerToken.Value;

    private static string Start()
    {
        var published = string.Join(',', Enumerable.Range(0, Keys).Select(Publish));
        var keys = Encoding.UTF8.GetBytes($"{{\"keys\":[{published}]}}");
        var address = $"http://127.0.0.1:{Peer.FreePort()}/";
        var listener = new HttpListener();
        listener.Prefixes.Add(address);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                context.Response.ContentType = "application/json";
                context.Response.Close(keys, willBlock: false);
            }
        });
        return address;
    }

    private static string Publish(int number)
    {
        using var key = RSA.Create(2048);
        var numbers = key.ExportParameters(includePrivateParameters: false);
        var (n, e) = (Messages.Base64Url(numbers.Modulus), Messages.Base64Url(numbers.Exponent));
        return $$"""{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{number}}","n":"{{n}}","e":"{{e}}"}""";
    }
}
