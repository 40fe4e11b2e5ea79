using System.Text.Json;

namespace Relay.Access;

/// <summary>
/// Where keys are published: at an address (<c>Auth:Jwt:JwksUrl</c>), or where an OpenID provider says
/// (<c>Auth:Jwt:Authority</c>, OpenID Connect Discovery 1.0), which names the issuer of its tokens as well.
/// </summary>
internal sealed class KeyPublisher : IDisposable
{
    /// <summary>How long one answer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A key takes about 500 bytes, or 2 kB with a certificate; a provider's description a few kB.</summary>
    private const int MaxBytes = 256 << 10;

    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 16 };

    private readonly HttpClient client;
    private readonly Uri address;

    /// <summary>
    /// The provider as the settings name it, which is its issuer; null where only keys are published.
    /// </summary>
    private readonly Uri? authority;

    private KeyPublisher(Uri address, Uri? authority, HttpMessageHandler http)
    {
        this.address = address;
        this.authority = authority;
        client = new HttpClient(http) { Timeout = Patience, MaxResponseContentBufferSize = MaxBytes };
    }

    /// <summary>The address without the query, in which some services have secrets.</summary>
    public string Place => address.GetLeftPart(UriPartial.Path);

    public static KeyPublisher OfKeys(Uri address, HttpMessageHandler http) => new(address, null, http);

    public static KeyPublisher OfAuthority(Uri authority, HttpMessageHandler http) =>
        new(new Uri(authority.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration"), authority, http);

    /// <exception cref="JsonException">The provider's description cannot be used.</exception>
    /// <exception cref="HttpRequestException">There is no answer, or another one than 200 (OK).</exception>
    public async Task<KeyDocument> FetchAsync()
    {
        var document = await GetAsync(address);
        if (authority is null)
        {
            return new KeyDocument(document, null);
        }

        var (issuer, keys) = ReadDescription(document, authority);
        return new KeyDocument(await GetAsync(keys), issuer);
    }

    public void Dispose() => client.Dispose();

    private async Task<byte[]> GetAsync(Uri from)
    {
        using var answer = await client.GetAsync(from);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    private static (string Issuer, Uri Keys) ReadDescription(byte[] description, Uri authority)
    {
        using var document = JsonDocument.Parse(description, Bounded);

        // Otherwise one who may publish under one address of a host could speak for another (4.3 there). The slash at
        // the end, which belongs to some issuers, is easily forgotten in a setting.
        if (Text(document.RootElement, "issuer") is not { } issuer
            || Trimmed(issuer) != Trimmed(authority.OriginalString))
        {
            throw new JsonException("The issuer of this OpenID provider is not what Relay:Auth:Jwt:Authority says.");
        }

        // Over plain HTTP only where the settings allowed it for the description itself.
        if (!Uri.TryCreate(Text(document.RootElement, "jwks_uri"), UriKind.Absolute, out var keys)
            || keys is not { Scheme: "http" or "https", UserInfo: "" }
            || (keys.Scheme == "http" && authority.Scheme != "http"))
        {
            throw new JsonException("The jwks_uri of this OpenID provider is no address that begins with https://.");
        }

        return (issuer, keys);
    }

    private static string? Text(JsonElement description, string name) =>
        description.ValueKind == JsonValueKind.Object && description.TryGetProperty(name, out var member)
        && CompactToken.TryGetText(member, out var text) ? text : null;

    private static string Trimmed(string address) => address.EndsWith('/') ? address[..^1] : address;
}
