using Relay.Doubles;
using static Relay.Access.TestVerifiers;

namespace Relay.Access;

/// <summary>What a token says of its time, of who made it and of whom it is for.</summary>
public sealed class JwtClaimTests
{
    private readonly FakeTimeProvider time = new();

    private DateTimeOffset Now => time.GetUtcNow();

    [Fact]
    public async Task A_token_holds_from_its_beginning_to_its_end_give_or_take_half_a_minute()
    {
        var token = TestTokens.OfSecret(
            TestTokens.Claims(Now,
                new
                {
                    exp = Now.AddMinutes(10).ToUnixTimeSeconds(),
                    nbf = Now.AddMinutes(1).ToUnixTimeSeconds() + 0.5
                }));
        await RefusedAsync(OfSecret(time), token, "not valid yet");
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.True((await OfSecret(time).VerifyAsync(token, default)).IsAccepted);
        time.Advance(TimeSpan.FromSeconds(598));
        Assert.True((await OfSecret(time).VerifyAsync(token, default)).IsAccepted);
        time.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(OfSecret(time), token, "has ended");
    }

    [Fact]
    public async Task An_issuer_and_an_audience_that_are_set_must_be_there()
    {
        var verifier = OfSecret(time, "https://issuer.example", "relay");
        Assert.True(
            (await verifier.VerifyAsync(
                TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = "https://issuer.example", aud = "relay" })),
                default)).IsAccepted);
        Assert.True(
            (await verifier.VerifyAsync(
                TestTokens.OfSecret(
                    TestTokens.Claims(Now, new { iss = "https://issuer.example", aud = new[] { "other", "relay" } })),
                    default)).IsAccepted);
        await RefusedAsync(verifier,
            TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = "https://other.example", aud = "relay" })),
            "issuer");
        await RefusedAsync(verifier,
            TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = "https://issuer.example/", aud = "relay" })),
            "issuer");
        await RefusedAsync(verifier, TestTokens.OfSecret(TestTokens.Claims(Now, new { aud = "relay" })), "issuer");
        await RefusedAsync(verifier,
            TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = "https://issuer.example", aud = "Relay" })),
            "audience");
        await RefusedAsync(verifier,
            TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = "https://issuer.example" })), "audience");
        await RefusedAsync(verifier,
            TestTokens.OfSecret(
                TestTokens.Claims(Now, new { iss = "https://issuer.example", aud = Array.Empty<string>() })),
                "audience");
        await RefusedAsync(verifier,
            TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = 7, aud = new { relay = 1 } })), "");
        Assert.True(
            (await OfSecret(time)
                .VerifyAsync(TestTokens.OfSecret(TestTokens.Claims(Now, new { iss = "anybody", aud = "anything" })),
                    default)).IsAccepted);
    }
}
