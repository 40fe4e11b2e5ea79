using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Relay.Access;

/// <summary>Public keys as PEM text (RFC 7468), one or several.</summary>
internal static class PemKeys
{
    private const string Expected =
        "must hold public keys as PEM text (PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE): RSA of 2,048 to 8,192 bits, "
            + "or EC on P-256, P-384 or P-521.";

    /// <summary>
    /// Reads all of them, or says what is wrong with one: the sentence goes on after the name of the setting.
    /// </summary>
    public static bool TryRead(string pem, out IReadOnlyList<VerificationKey> keys,
        [NotNullWhen(false)] out string? error)
    {
        var found = new List<VerificationKey>();
        keys = found;
        error = null;
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var label = rest[fields.Label].ToString();
            if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            {
                error = "holds a private key, which belongs to the issuer of tokens only: "
                    + "give the public one.";
                return false;
            }

            if (TryRead(label, rest[fields.Location].ToString()) is not { } key)
            {
                error = Expected;
                return false;
            }

            found.Add(key);
        }

        if (found.Count == 0)
        {
            error = Expected;
        }

        return error is null;
    }

    private static VerificationKey? TryRead(string label, string pem)
    {
        try
        {
            switch (label)
            {
                case "CERTIFICATE":
                    using (var certificate = X509Certificate2.CreateFromPem(pem))
                    using (var rsa = certificate.GetRSAPublicKey())
                    using (var ec = certificate.GetECDsaPublicKey())
                    {
                        return rsa is not null
                            ? VerificationKey.OfRsa(rsa.ExportParameters(false))
                            : ec is not null ? VerificationKey.OfEc(ec.ExportParameters(false)) : null;
                    }

                case "PUBLIC KEY" or "RSA PUBLIC KEY":
                    return TryReadRsa(pem) ?? (label == "PUBLIC KEY" ? ReadEc(pem) : null);
                default:
                    return null;
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static VerificationKey? TryReadRsa(string pem)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }

        return VerificationKey.OfRsa(rsa.ExportParameters(false));
    }

    private static VerificationKey? ReadEc(string pem)
    {
        using var ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        return VerificationKey.OfEc(ec.ExportParameters(false));
    }
}
