using System.Text;
using Relay.Access;
using Relay.Yjs;

namespace Relay.Startup;

public sealed class TokenCommandTests
{
    private const string Secret = "a secret of at least thirty-two bytes";

    [Fact]
    public async Task A_token_that_the_node_accepts_is_printed_and_a_link_with_it()
    {
        var (code, lines, _) = Run(
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
    public void Without_options_everything_may_be_written()
    {
        var (_, lines, _) = Run("--Relay:Auth:Jwt:Secret", Secret);
        Assert.Equal($"http://localhost:5210/#token={lines[0]}", lines[1]);
        var (_, prefixed, _) = Run("--documents", """{"notes/*":"read"}""", "--Relay:Auth:Jwt:Secret", Secret);
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
    [InlineData("--user needs a value", "--user")]
    [InlineData("ada is no option", "ada")]
    public void What_is_wrong_is_said_with_the_usage(string sentence, params string[] arguments)
    {
        var (code, lines, errors) = Run(arguments);
        Assert.Equal((2, 0), (code, lines.Length));
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Contains("--documents", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, errors, StringComparison.Ordinal);
    }

    private static (int Code, string[] Lines, string Errors) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = TokenCommand.Run(arguments, output, errors);
        return (code, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
            errors.ToString());
    }
}
