using System.Text;
using Relay.Access;
using Relay.Sessions;
using Relay.Startup;
using Relay.Yjs;

namespace Relay.Commands;

public sealed class TokenCommandTests
{
    private const string Secret = "a secret of at least thirty-two bytes";

    [Fact]
    public async Task A_token_that_the_node_accepts_is_printed_and_a_link_with_it()
    {
        var (code, lines, _) = await RunAsync(
            "--user", "ada", "--name=Ada L.", "--documents", """{"notes/*":"write","plan":"read"}""", "--admin",
                "--lifetime", "00:10:00", "--Relay:Auth:Jwt:Secret", Secret, "--Relay:Auth:Jwt:Issuer=me",
            "--Relay:Auth:Jwt:Audience=you", "--urls", "http://localhost:5999");
        Assert.Equal(0, code);
        Assert.Equal(
            [$"http://localhost:5999/?doc=plan#token={lines[0]}", $"http://localhost:5999/dashboard#token={lines[0]}"],
            lines[1..]);
        var verdict = await new JwtVerifier(new FixedKeys([VerificationKey.OfSecret(Encoding.UTF8.GetBytes(Secret))]),
            "me", "you", TimeProvider.System).VerifyAsync(lines[0], default);
        var grant = verdict.Grant!;
        Assert.Equal(("ada", "Ada L.", true), (grant.UserId, grant.UserName, grant.IsAdmin));
        Assert.Equal((AccessLevel.Write, AccessLevel.Read, AccessLevel.None),
            (grant.To(DocumentName.Create("notes/1")), grant.To(DocumentName.Create("plan")),
                grant.To(DocumentName.Create("other"))));
        Assert.InRange(grant.Expires - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task Without_options_everything_may_be_written()
    {
        var (_, lines, _) = await RunAsync("--Relay:Auth:Jwt:Secret", Secret);
        Assert.Equal($"http://localhost:5210/#token={lines[0]}", lines[1]);
        var (_, prefixed, _) = await RunAsync(
            "--documents", """{"notes/*":"read"}""", "--Relay:Auth:Jwt:Secret", Secret);
        Assert.Equal($"http://localhost:5210/?doc=notes%2Fdemo#token={prefixed[0]}", prefixed[1]);
    }

    [Theory]
    [InlineData("Relay:Auth:Jwt:Secret must be set")]
    [InlineData("Relay:Auth:Jwt:Secret must be set", "--Relay:Auth:Jwt:Secret", "short")]
    [InlineData("--lifetime must be a time", "--Relay:Auth:Jwt:Secret", Secret, "--lifetime", "long")]
    [InlineData("--lifetime must be a time", "--Relay:Auth:Jwt:Secret", Secret, "--lifetime", "-01:00:00")]
    [InlineData("--documents must be a JSON object", "--Relay:Auth:Jwt:Secret", Secret, "--documents", "notes")]
    [InlineData("--documents must be a JSON object", "--Relay:Auth:Jwt:Secret", Secret, "--documents",
        """{"a":"all"}""")]
    [InlineData("Required argument missing for option: '--user'", "--user")]
    [InlineData("Option '--user' expects a single argument", "--user", "a", "--user", "b")]
    [InlineData("--Relay:Auth:Jwt:Secret needs a value", "--Relay:Auth:Jwt:Secret")]
    [InlineData("--user-name is no option", "--user-name", Secret)]
    [InlineData("ada is no option", "ada")]
    public async Task What_is_wrong_is_said_with_the_usage(string sentence, params string[] arguments)
    {
        var (code, lines, errors) = await RunAsync(arguments);
        Assert.Equal((2, 0), (code, lines.Length));
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Contains("--documents", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_is_taken_as_it_is()
    {
        const string odd = "@token --help '[x]' = of more than 32 bytes";
        var (code, lines, _) = await RunAsync("--Relay:Auth:Jwt:Secret", odd, "--user", "token");
        Assert.Equal((0, 2), (code, lines.Length));
        var keys = new FixedKeys([VerificationKey.OfSecret(Encoding.UTF8.GetBytes(odd))]);
        var verdict = await new JwtVerifier(keys, null, null, TimeProvider.System).VerifyAsync(lines[0], default);
        Assert.Equal("token", verdict.Grant!.UserId);
    }

    private static async Task<(int Code, string[] Lines, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await RelayCommands.RunAsync(["token", .. arguments], output, errors);
        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        return (code, lines, errors.ToString());
    }
}
