using Relay.Startup;

namespace Relay.Commands;

public sealed class RelayCommandsTests
{
    [Theory]
    [InlineData("nonsense is no option", "nonsense")]
    [InlineData("--url is no option", "--url", "http://localhost:1")]
    [InlineData("--url is no option", "--url=http://localhost:1")]
    [InlineData("x is no option", "health", "x")]
    [InlineData("--Relay:Auth:Mode is no option", "health", "--Relay:Auth:Mode=none")]
    [InlineData("--Relay:Auth:Mode needs a value", "--urls", "http://localhost:1", "--Relay:Auth:Mode")]
    [InlineData("--urls needs a value", "--urls")]
    public async Task Arguments_that_mean_nothing_are_refused_with_the_usage(
        string sentence, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(sentence, errors, StringComparison.Ordinal);
        Assert.Contains("Usage:", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--lifetime", "token", "--help")]
    [InlineData("health", "--help")]
    [InlineData("token", "-h")]
    public async Task Help_is_printed_when_it_is_asked_for(string contained, params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains(contained, output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_keeps_its_value_whatever_it_looks_like()
    {
        var (joined, lacking) = SettingArguments.Join(
            ["--urls", "http://localhost:1", "--Relay:Auth:Jwt:Secret", "--help", "--Relay:Redis:User=", "token"]);
        Assert.Equal(
            ["--urls=http://localhost:1", "--Relay:Auth:Jwt:Secret=--help", "--Relay:Redis:User=", "token"], joined);
        Assert.Null(lacking);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await RelayCommands.RunAsync(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
