namespace Relay.Access;

public sealed class AllowedOriginsTests
{
    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("https://APP.example", true)]
    [InlineData("https://app.example:443", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("capacitor://localhost", true)]
    [InlineData("", true)]
    [InlineData("http://app.example", false)]
    [InlineData("https://app.example:444", false)]
    [InlineData("https://app.example.evil.example", false)]
    [InlineData("https://evil.example?https://app.example", false)]
    [InlineData("http://localhost", false)]
    [InlineData("null", false)]
    [InlineData("nonsense", false)]
    public void Only_pages_of_the_named_origins_pass_and_clients_that_are_no_pages(string origin, bool passes)
    {
        Assert.True(
            AllowedOrigins.TryParse("https://app.example/, http://localhost:3000,capacitor://localhost",
                out var origins));
        Assert.Equal(passes, origins.Allow(origin));
        Assert.True(AllowedOrigins.All.Allow(origin));
    }

    [Theory]
    [InlineData("https://a.example.com", true)]
    [InlineData("https://a.b.example.com", true)]
    [InlineData("https://A.EXAMPLE.com:443", true)]
    [InlineData("http://x.localhost:3000", true)]
    [InlineData("https://shop.xn--bcher-kva.example", true)]
    [InlineData("null", true)]
    [InlineData("", true)]
    [InlineData("https://example.com", false)]
    [InlineData("https://.example.com", false)]
    [InlineData("https://aexample.com", false)]
    [InlineData("https://a.example.com.evil.example", false)]
    [InlineData("https://a.example.com:8443", false)]
    [InlineData("http://a.example.com", false)]
    [InlineData("http://x.localhost", false)]
    [InlineData("NULL", false)]
    [InlineData("https://evil.example/.example.com", false)]
    [InlineData("https://evil.example?.example.com", false)]
    public void An_asterisk_stands_for_subdomains_and_null_for_pages_without_an_origin(string origin, bool passes)
    {
        const string named = "https://*.example.com,http://*.localhost:3000,https://*.bücher.example,null";
        Assert.True(AllowedOrigins.TryParse(named, out var origins));
        Assert.Equal(passes, origins.Allow(origin));
        Assert.Equal(passes && origin.Length > 0, origins.Name(origin));
        Assert.False(AllowedOrigins.All.Name(origin));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*")]
    [InlineData("https://a.*.example")]
    [InlineData("https://a*.example")]
    [InlineData("https://*.*.example")]
    [InlineData("*.example.com")]
    [InlineData("app.example")]
    [InlineData("https://app.example/path")]
    [InlineData("https://user@app.example")]
    [InlineData(",")]
    public void What_is_no_origin_is_refused(string text) => Assert.False(AllowedOrigins.TryParse(text, out _));
}
