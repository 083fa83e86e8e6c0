# The formula of the tap `baseleak/homebrew-tap`. What stands between @ is filled in by packaging/release/formula,
# with the version and the checksums of a release.
class Baseleak < Formula
  desc "Finds leaked Baseten API keys"
  homepage "https://github.com/baseleak/baseleak"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/baseleak/baseleak/releases/download/v@VERSION@/baseleak-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "https://github.com/baseleak/baseleak/releases/download/v@VERSION@/baseleak-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/baseleak/baseleak/releases/download/v@VERSION@/baseleak-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "https://github.com/baseleak/baseleak/releases/download/v@VERSION@/baseleak-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "baseleak"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/baseleak.bash" => "baseleak"
    zsh_completion.install "completions/_baseleak"
    fish_completion.install "completions/baseleak.fish"
    pwsh_completion.install "completions/_baseleak.ps1"
    doc.install "README.md", "CHANGELOG.md"
  end

  test do
    (testpath/"serve.py").write "import os\n"
    assert_match "no keys found", shell_output("#{bin}/baseleak scan #{testpath}")
    # Made here, so that no key stands in this file.
    (testpath/".env").write "BASETEN_API_KEY=b10_#{"aB3dE7gH"}.#{"k9Lm2Np5Qr8St1Uv"}#{"W4xY7zA0bC3dE6fG"}\n"
    shell_output("#{bin}/baseleak scan #{testpath}", 1)
  end
end
