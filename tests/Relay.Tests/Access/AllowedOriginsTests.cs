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
        Assert.True(AllowedOrigins.TryParse("https://app.example/, http://localhost:3000,capacitor://localhost", out var origins));
        Assert.Equal(passes, origins.Allow(origin));
        Assert.True(AllowedOrigins.All.Allow(origin));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("app.example")]
    [InlineData("https://app.example/path")]
    [InlineData("https://user@app.example")]
    [InlineData(",")]
    public void What_is_no_origin_is_refused(string text) => Assert.False(AllowedOrigins.TryParse(text, out _));
}
